// Runs before anything is drawn, so that nothing that is drawn has to be taken back.
try {
  // A chosen theme.
  const theme = localStorage.getItem('glassbox.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: then the page follows the system.
}
// The page was made with the first step of its lesson; another one is about to take its place.
if (location.hash.length > 1) document.documentElement.dataset.step = 'coming';
