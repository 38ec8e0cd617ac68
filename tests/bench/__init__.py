"""What it costs: each script prints one line of JSON, {figure, value, unit, floor, target, ok}."""
