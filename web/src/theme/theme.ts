import {
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  Menu,
  Modal,
  Notification,
  Select,
  Tooltip,
} from '@mantine/core';

/** Where menus and tooltips are put; the shell draws it. */
export const OVERLAYS_ID = 'overlays';
const OVERLAYS = `#${OVERLAYS_ID}`;

/** The accent: verdigris, the copper green of manuscript painters. */
const verdigris: MantineColorsTuple = [
  '#eaf3f1',
  '#d3e6e2',
  '#a9cec7',
  '#98d6cb',
  '#7cc4b8',
  '#3f8b82',
  '#2c736c',
  '#1f5c57',
  '#17474a',
  '#0f3335',
];

const rubric: MantineColorsTuple = [
  '#fbeae6',
  '#f6d2ca',
  '#f3b5a8',
  '#f09a8a',
  '#e57966',
  '#cf513d',
  '#b93a29',
  '#a32a1c',
  '#831f14',
  '#63150c',
];

/** Warm greys; Mantine derives borders and default buttons from them. */
const gray: MantineColorsTuple = [
  '#faf8f4',
  '#f3efe8',
  '#ebe6dc',
  '#e4ded3',
  '#cfc7b9',
  '#b0a798',
  '#8d8577',
  '#5c554b',
  '#3b362f',
  '#1f1c18',
];

const dark: MantineColorsTuple = [
  '#ece7dd',
  '#c9c2b6',
  '#aba396',
  '#8a8173',
  '#36322c',
  '#2e2a25',
  '#262320',
  '#1f1d19',
  '#171512',
  '#100e0c',
];

export const theme = createTheme({
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 4 },
  colors: { verdigris, rubric, gray, dark },
  variantColorResolver: (input) => {
    const resolved = defaultVariantColorsResolver(input);
    // Mantine judges contrast by the light shade only; in the dark its white text would stand on pale green.
    return input.variant === 'filled' ? { ...resolved, color: 'var(--on-accent)' } : resolved;
  },
  components: {
    // What floats is kept inside the page's main landmark, where assistive technology looks for content.
    Menu: Menu.extend({
      // Without the placeholder the first item has the focus, and a menu holds nothing but its items.
      defaultProps: { portalProps: { target: OVERLAYS }, withInitialFocusPlaceholder: false },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { portalProps: { target: OVERLAYS } } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Select: Select.extend({ defaultProps: { comboboxProps: { portalProps: { target: OVERLAYS } } } }),
  },
  black: '#1f1c18',
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontFamily: 'var(--serif)', fontWeight: '560', textWrap: 'balance' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '18px' },
  fontSizes: { xs: '0.8125rem', sm: '0.9375rem', md: '1rem', lg: '1.125rem', xl: '1.375rem' },
  respectReducedMotion: true,
  cursorType: 'pointer',
});

/** Ties Mantine's own surfaces to the palette in `tokens.css`. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-soft)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--rubric)',
    '--mantine-color-default-border': 'var(--line)',
  };
  return { variables: {}, light: shared, dark: shared };
};
