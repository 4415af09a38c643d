"""The parts of `make_dossier.py`: who is in the synthetic dossier, and how each file of it is made."""
