"""DB parameter groups: what can be set in them, and how it reaches the instances that use them."""
