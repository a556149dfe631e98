"""What is held, when, where, in which words, open or not."""
