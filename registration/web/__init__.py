"""What every page shares: errors, headers, guards, filters, paging. Knows Flask and core, no feature.

Doors: assets, body_limits, cookies, csrf, errors, field_values, filters, form_attributes, guards, headers,
hosts, locale, not_modified, page_cache, paging, proxies, requests, retyped, submissions, url_converters.
"""
