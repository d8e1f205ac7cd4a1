"""People: who is forgotten, where personal texts stand, and how both are rewritten."""
