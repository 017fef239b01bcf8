"""Collective objectives: their trajectory, what a measure says against it, the file of measures, the JSON answers.

Shared by `engagements_collectifs` and `programmes_pertinence`; a dispositif declares its objectives, the rest follows.
"""
