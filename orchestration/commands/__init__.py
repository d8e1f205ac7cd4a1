"""The commands behind `make`: each reads settings, calls the work, tells a person."""
