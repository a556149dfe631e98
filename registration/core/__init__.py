"""Database, clock, tokens, text, settings: knows no feature.

Doors: among, background_loop, background_threads, bundled, children, clock, configuration, database,
file_types, firm_names, group_commit, header, invariant, languages, limits, locking, networks,
optimistic_lock, private_files, read_cache, refusal, server_lock, setting_checks, settings, submissions, text,
throttle, tokens, transaction, transaction_cache, typesetting, urls.
"""
