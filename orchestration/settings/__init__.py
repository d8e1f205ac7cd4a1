"""What one installation is told from outside; the only package that reads it."""
