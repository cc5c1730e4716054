"""Sealed text: who may open is asked elsewhere (access); here is only how. See `seals`."""
