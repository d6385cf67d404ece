"""What was measured, as the page docs/performance.md: ratios first, times after."""
