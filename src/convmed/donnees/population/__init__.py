"""The synthetic population: doctors, patients and tracer acts of no one, drawn so that published totals come out."""

from convmed.donnees.population.partition import tirer
from convmed.donnees.population.tirage import nombre_de_partitions

__all__ = ["nombre_de_partitions", "tirer"]
