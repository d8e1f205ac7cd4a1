"""Identity resolution: which linked customer records are one person.

Arrays in, arrays out: no database, no clock, no random number. Which rules link two
records, and which values may, is decided in models/conformed/identity; so is the id
that a group gets.
"""
