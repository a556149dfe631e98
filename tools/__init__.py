"""Commands for whoever changes this project."""
