"""What every page shares: errors, headers, guards, filters, paging. Knows Flask and core, no feature."""
