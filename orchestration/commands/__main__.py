"""`python -m orchestration.commands COMMAND`: what `make` and the units call."""

import sys

from orchestration.commands.app import main

if __name__ == "__main__":
    sys.exit(main())
