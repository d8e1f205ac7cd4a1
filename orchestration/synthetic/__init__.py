"""Seeded demo data: a small company whose true parameters are known.

`python -m orchestration.synthetic` writes a landing folder that keeps to the input
contract. Here belongs everything that invents data, and nothing that reads it.

parameters → people → purchases → (baskets, orders) → service, relations, ledger
→ simulation (all tables of a chunk of people) → files, with the dirt → readme
"""
