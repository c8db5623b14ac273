"""Focus series and their entries."""
