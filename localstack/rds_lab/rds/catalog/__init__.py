"""What can be ordered: instance classes and engine versions."""
