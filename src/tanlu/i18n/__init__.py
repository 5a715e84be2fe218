"""Codes and facts to sentences in Chinese and English."""
