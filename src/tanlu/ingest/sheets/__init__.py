"""What a grid means: where its table begins, which kind it is, and its rows as typed values."""
