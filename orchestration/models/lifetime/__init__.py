"""Customer lifetime value: BG/NBD for purchase days, Gamma-Gamma for amounts.

Arrays in, arrays out: no database, no clock, no random number outside `simulation`.
Time in the models is weeks (days / 7), given as whole days; money is given as whole
cents. Churn scores and the tables that are published are not made here.

Sources, quoted by name in the modules:

- BG/NBD: Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an
  alternative to the Pareto/NBD model, Marketing Science 24(2).
- Gamma-Gamma: Fader & Hardie (2013), The Gamma-Gamma model of monetary value.
"""
