"""What happens to instances without anyone asking RDS for it: every turn that a real one takes."""
