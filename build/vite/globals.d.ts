/** The application's version, from package.json; put in by Vite, absent in tests that run sources directly. */
declare const __APP_VERSION__: string;
