"""Who acts: tokens, the actor they stand for, and what it may do."""
