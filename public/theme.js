// Runs before anything is drawn, so that a chosen theme does not flash: marks the page with it.
try {
  const theme = localStorage.getItem('glassbox.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: then the page follows the system.
}
