/* Before the first paint: that there is script, the theme, and the one Trusted Types policy.
   The policy makes HTML only: no text of ours or of a library ever becomes a script. */
'use strict';
(function () {
  var root = document.documentElement;
  root.classList.add('js');
  if (window.trustedTypes) {
    window.trustedTypes.createPolicy('default', { createHTML: function (text) { return text; } });
  }
  try {
    var theme = localStorage.getItem('tanlu.theme');
    if (theme === 'light' || theme === 'dark') { root.dataset.theme = theme; }
  } catch (error) { /* storage is refused: the system decides */ }
})();
