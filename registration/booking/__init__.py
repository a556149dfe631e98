"""One form to seats, people, their links and their mail."""
