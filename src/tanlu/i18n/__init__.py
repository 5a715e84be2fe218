"""Code and facts in, a sentence out: zh, en or zh-Hant; one number formatter for all of them.

Sentences live in `data/messages/*.yaml`, unit words in `data/i18n/`. No sentence is written here.
"""
