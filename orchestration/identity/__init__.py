"""Identity resolution: which linked customer records are one person.

Arrays in, arrays out: no database, no clock, no random number. Which rules link two
records, and which values may, is decided in models/conformed/identity; so is the id
that a group gets.
"""

from orchestration.identity.components import Groups, resolved_groups
from orchestration.identity.cuts import ContradictionError
from orchestration.identity.links import Links

__all__ = ["ContradictionError", "Groups", "Links", "resolved_groups"]
