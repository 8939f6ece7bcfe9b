"""The harmony level: a network that writes harmonic plans, above the network that writes notes."""
