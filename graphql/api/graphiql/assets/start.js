// Starts GraphiQL with a first query that any newsroom can answer.
const FIRST_QUERY = `# Polyfocal: articles in Italian, or the honest fallback of each.
# Press Ctrl-Enter to run it. Mutations need a header: {"Authorization": "Bearer …"}

query Latest {
  articles(locale: "it", fallback: CHAIN, first: 5) {
    edges {
      node {
        headline
        summary
        locale
        localeReason
        publishedAt
        contributors { name }
        subjects { name }
        localizations { locale slug }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const fetcher = GraphiQL.createFetcher({ url: window.location.pathname });
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: FIRST_QUERY, defaultEditorToolsVisibility: "headers" }),
);
