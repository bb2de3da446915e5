"""The closed loop: nerve, muscle, blood and reflex together."""
