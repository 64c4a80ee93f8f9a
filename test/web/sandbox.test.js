// The sandbox's page in a real browser: what a person sees of what arrived.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');
const program = path.join(root, 'bin/rudder-clevertap');
// Where screenshots go, for whoever wants to look at them.
const shots = process.env.SCREENSHOTS;
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

let sandbox, base, browser;

before(async () => {
  sandbox = spawn(program, ['sandbox', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  base = await new Promise((resolve, reject) => {
    let said = '';
    sandbox.stderr.on('data', (text) => {
      said += text;
      const found = /--clevertap-base-url (\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    sandbox.on('exit', () => reject(new Error(`the sandbox ended: ${said}`)));
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: quiet });
  if (shots) mkdirSync(shots, { recursive: true });
});

after(async () => {
  await browser?.close();
  sandbox?.kill('SIGINT');
});

// deliver delivers events to the sandbox.
function deliver(...events) {
  const run = spawnSync(program, ['deliver', '--destination', '{"accountId":"ACCOUNT-ID","passcode":"PASSCODE","region":"in1"}',
    '--clevertap-base-url', base], { input: events.map((event) => JSON.stringify(event)).join('\n'), encoding: 'utf8' });
  assert.notEqual(run.status, 2, run.stderr);
}

// open opens the page, and fails on whatever the browser complains about.
async function open(options = {}) {
  const page = await browser.newPage(options);
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('request', (request) => request.url().startsWith(base) || page.complaints.push(`it asked for ${request.url()}`));
  await page.goto(base);
  return page;
}

test('an empty sandbox says so', async () => {
  const page = await open();
  await page.getByText('Nobody has arrived yet.').waitFor();
  await page.getByText('Nothing was refused.').waitFor();
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test('what arrived is shown', async () => {
  const page = await open();
  deliver(
    { type: 'identify', userId: 'u-42', traits: { name: 'Ada Lovelace', email: 'ada@example.com', plan: 'gold', birthday: '1815-12-10' } },
    { type: 'track', userId: 'u-42', event: 'Order Completed', timestamp: '2026-11-23T09:03:17Z',
      properties: { checkout_id: '12345', revenue: 15, products: [{ sku: 'G-32', price: 14 }] } },
    { type: 'track', userId: 'u-7', event: '<img src=x onerror=alert(1)>', properties: { note: '<script>alert(2)</script>' } },
    { type: 'track', userId: 'u-42', event: 'App Launched' },
  );
  const ada = page.locator('article', { hasText: 'Ada Lovelace' });
  await ada.getByText('ada@example.com').waitFor();
  await ada.getByText('gold').waitFor();
  await ada.getByText('Charged', { exact: true }).waitFor();
  const refused = page.locator('#refused article');
  await refused.getByText('Code 513').waitFor();
  await refused.getByText("The event's name is reserved by CleverTap.").waitFor();
  await refused.getByText('Give the event another name.').waitFor();
  await refused.getByText('The record').click();
  await refused.getByText('"evtName": "App Launched"').waitFor();
  await page.getByText('<img src=x onerror=alert(1)>').waitFor();
  await page.locator('#calls td.good').first().waitFor();

  await page.getByLabel('Find people').fill('ada');
  assert.equal(await page.locator('#people article').count(), 1);
  await page.getByLabel('Find people').fill('nobody like that');
  await page.getByText('Nobody like that has arrived.').waitFor();
  assert.deepEqual(page.complaints, []);
  await page.close();
});

for (const [screen, viewport] of Object.entries({ phone: { width: 375, height: 812 }, desktop: { width: 1280, height: 900 } })) {
  for (const colorScheme of ['light', 'dark']) {
    test(`it fits a ${screen} and is legible in the ${colorScheme}`, async () => {
      const page = await open({ viewport, colorScheme });
      await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, 'nothing is cut off');
      assert.ok(await page.evaluate(contrast) >= 4.5, 'quiet text stands out from its card');
      if (shots) await page.screenshot({ path: path.join(shots, `sandbox-${screen}-${colorScheme}.png`), fullPage: true });
      assert.deepEqual(page.complaints, []);
      await page.close();
    });
  }
}

// contrast is that of quiet text on a card, by the formula of WCAG.
function contrast() {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const text = luminance(getComputedStyle(document.querySelector('article .quiet')).color);
  const card = luminance(getComputedStyle(document.querySelector('article')).backgroundColor);
  return (Math.max(text, card) + 0.05) / (Math.min(text, card) + 0.05);
}
