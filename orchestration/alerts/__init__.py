"""Alerts to those who run the warehouse."""
