// Plain JavaScript without new syntax: an older Node must get as far as this message.
const major = Number(process.versions.node.split('.')[0]);
if (major >= 24) {
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2), process.env);
} else {
  console.error(
    `Node >= 24 is required, this is ${process.version}. On Linux (x64, arm64) npm ci brings one: use npm start.`,
  );
  process.exitCode = 1;
}
