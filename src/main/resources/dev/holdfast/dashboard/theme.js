// Before anything is drawn: the chosen colours, so that nothing flashes.
(() => {
  try {
    const chosen = localStorage.getItem('holdfast.theme');
    if (chosen === 'dark' || chosen === 'light') {
      document.documentElement.dataset.theme = chosen;
    }
  } catch {
    // Storage is forbidden here: the system's colours hold.
  }
})();
