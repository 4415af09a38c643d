"""The Casevault library. It never prints, prompts or exits; see `vault/usecases` for what it can do."""

__version__ = "0.1.0"
