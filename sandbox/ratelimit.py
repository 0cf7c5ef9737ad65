"""Rate limits as Discord tells them: buckets with headers, the global limit, the counter of invalid requests."""
