#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0
//
// Remote control from Node, no package needed: a page for the browser, that jogs the
// motors as long as a button is held.
//
//	node remote.mjs [port]               # then http://localhost:8080/
//	ssh -L 8080:localhost:8080 user@pi   # from another computer
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 8080);

// A line, and its answers up to the OK or ERR. A file of its own, so that none waits
// for another: STOP is at once.
async function ask(line) {
	const file = await open('/dev/stepper', 'r+');
	let answers = '';
	try {
		await file.write(`${line}\n`).catch(() => {}); // the answer says more
		while (!/^(OK|ERR .*)\n$/m.test(answers)) {
			const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, null);
			if (!bytesRead)
				break;
			answers += buffer.toString('latin1', 0, bytesRead);
		}
	} finally {
		await file.close();
	}
	return answers;
}

// Each RUN ends by itself unless another comes: a dead man's switch
const page = `<!doctype html><title>stepper</title>
<pre id=status></pre>
<button data-line="RUN PAN -20 FOR 500ms">left</button>
<button data-line="RUN PAN 20 FOR 500ms">right</button>
<button data-line="RUN TILT 20 FOR 500ms">up</button>
<button data-line="RUN TILT -20 FOR 500ms">down</button>
<button data-line="STOP">STOP</button>
<script>
const ask = line => fetch('/', { method: 'POST', body: line }).then(answer => answer.text());
for (const button of document.querySelectorAll('button')) {
	let timer;
	const release = () => clearInterval(timer);
	button.onpointerdown = () => {
		ask(button.dataset.line);
		timer = setInterval(ask, 200, button.dataset.line);
	};
	button.onpointerup = button.onpointerleave = button.onpointercancel = release;
}
setInterval(async () => { document.all.status.textContent = await ask('?'); }, 200);
</script>`;

createServer(async (request, response) => {
	let line = '';
	for await (const bytes of request)
		line += bytes;
	const { host, origin } = request.headers;
	// No other page that is open in the browser may move the motors
	if (host !== `localhost:${port}` || (origin && origin !== `http://${host}`))
		response.writeHead(403).end();
	else if (request.method === 'POST')
		response.end(await ask(line.trim()).catch(error => `${error.message}\n`));
	else
		response.setHeader('content-type', 'text/html').end(page);
}).listen(port, 'localhost');
