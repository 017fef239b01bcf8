"""Documents to keep: the statement, chronologies and simulation reports as PDF and spreadsheets, calculation certificates.

Each says what it rests on: the text, the day its figures were checked, the version of convmed, and that the project is
not official. None holds a clock: the same data give the same bytes.
"""
