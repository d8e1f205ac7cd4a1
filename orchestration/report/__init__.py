"""What a person is told of published figures, and of where they come from."""
