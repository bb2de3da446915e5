"""The engine of heads: lattice, models, schedule, and the advance of half-sarcomeres."""
