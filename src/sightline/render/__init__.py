"""Write answers for people and for machines; each module is one form of output."""
