"""Half-sarcomeres and fibres: force, length, calcium, heads, energy."""
