"""What the screens of the back office share: the page frame, fields, forms that check for a colleague's change."""
