#!/usr/bin/env node
// The `tongsa` command. In a checkout it runs the TypeScript sources on the current Node that npm ci brought (relaxed SIMD, type
// stripping); in an installed package it runs dist/ on the Node that is there.

import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const source = new URL('../surfaces/cli/main.ts', import.meta.url);
const built = new URL('../dist/surfaces/cli/main.js', import.meta.url);

// Compiled code is kept between runs where Node can (22.8): starting takes half the time.
if (process.features.typescript || !existsSync(source)) module.enableCompileCache?.();

if (!existsSync(source)) await import(built.href);
else if (process.features.typescript) await import(source.href);
else await rerun(await currentNode());

/** Path of the Node that npm ci brought. @returns {Promise<string>} */
async function currentNode() {
	const { broughtNode } = await import('./brought-node.js');
	const node = broughtNode();
	if (node) return node;
	console.error(
		`tongsa: this checkout needs Node 22.18 or newer (this is ${process.version}): run npm ci, which brings one for most platforms`,
	);
	process.exit(1);
}

/** Hands this process's arguments, streams and signals to another Node. @param {string} node */
async function rerun(node) {
	const { spawn } = await import('node:child_process');
	// A server looks whether this process still lives (surfaces/cli/stop.ts): kill -9 is no signal that could be handed on.
	const env = { ...process.env, TONGSA_LAUNCHER: String(process.pid) };
	const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env });
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(/** @type {NodeJS.Signals} */ (signal)));
	child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}
