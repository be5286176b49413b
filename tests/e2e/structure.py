"""What is wrong with how a page is laid out, found by measuring its boxes; no picture is compared."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

# A box may leave the window only inside something that scrolls or that cuts it off with an ellipsis.
SCRIPT: Final = """
() => {
  const problems = [];
  const name = (one) => `<${one.tagName.toLowerCase()}> ${(one.getAttribute('aria-label') || one.textContent || '')
    .trim().slice(0, 40)}`;
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) problems.push(`${wide} px too wide`);
  const shown = (one) => one.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const box = (selector) => {
    const one = document.querySelector(selector);
    return one && shown(one) ? [selector, one.getBoundingClientRect()] : null;
  };
  const marks = ['header', 'aside', 'main'].map(box).filter(Boolean);
  for (const [a, one] of marks) for (const [b, other] of marks) {
    if (a >= b) continue;
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (across > 1 && down > 1) problems.push(`${a} and ${b} lie on each other`);
  }
  const scrolls = (one) => {
    for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/auto|scroll/.test(style.overflowX) && at.scrollWidth > at.clientWidth) return true;
      if (style.textOverflow === 'ellipsis') return true;
      if (style.position === 'absolute' && /matrix|translate/.test(style.transform)) return true;
      if (at.matches('.react-flow, .cm-editor')) return true;
    }
    return false;
  };
  const hidden = (one) => one.closest('.visually-hidden, [aria-hidden=true], [class*=skip]');
  for (const one of document.querySelectorAll('main :is(button, a, h1, h2, h3, input, p, td, label)')) {
    if (!shown(one) || hidden(one)) continue;
    const at = one.getBoundingClientRect();
    if (at.width === 0 || at.height === 0 || scrolls(one)) continue;
    if (at.right > innerWidth + 1 || at.left < -1) problems.push(`outside of the window: ${name(one)}`);
    const style = getComputedStyle(one);
    const kept = style.textOverflow === 'ellipsis' || /auto|scroll/.test(style.overflowX);
    const blocks = style.display !== 'inline' && one.tagName !== 'INPUT';
    if (blocks && !kept && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 2)
      problems.push(`does not fit its box: ${name(one)}`);
  }
  const main = document.querySelector('main');
  if (!main || main.innerText.trim() === '' && !main.querySelector('[class*=Skeleton], [aria-busy=true]'))
    problems.push('nothing is shown');
  if (/\\b(undefined|NaN|\\[object Object\\]|Invalid Date)\\b/.test(main ? main.innerText : ''))
    problems.push('says undefined, NaN or the like');
  return [...new Set(problems)].slice(0, 6);
}
"""


def problems(page: Page) -> list[str]:
    """What overlaps, leaves the window, is cut off, or is not there; in words."""
    found: list[str] = page.evaluate(SCRIPT)
    return found
