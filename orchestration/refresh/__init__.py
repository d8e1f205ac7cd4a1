"""The course of a refresh, from landing to the published version."""
