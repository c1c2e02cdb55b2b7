"""The IAB Tech Lab's content taxonomy 3.1, and what our tags say in its words."""
