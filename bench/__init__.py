"""Measurements: a province's worth of rows (`python -m bench.data`) and the pages over them (`python -m bench.pages`)."""
