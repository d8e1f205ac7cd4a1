"""What is said where a setting cannot be meant."""


class SettingsError(Exception):
    """A setting that cannot be meant, told in a sentence for a person."""
