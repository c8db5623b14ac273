// Starts GraphiQL with queries that the demonstration newsroom answers; another one asks for its own locales.
const LATEST = `# The latest in Italian, or the fallback of each.
# Press Ctrl-Enter. For mutations, set a header:
# { "Authorization": "Bearer …" }

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

const CHINESE = `# The same in Chinese. What is not translated
# is served in another locale, and says so.

query Chinese {
  articles(locale: "zh", fallback: CHAIN, first: 5) {
    edges {
      node {
        headline
        locale
        localeReason
        dateline { place }
        credits { role organisation { name } }
        leadVideo { headline duration }
      }
    }
  }
}
`;

const SEARCH = `# Found inside sentences; snippets say where.

query Search {
  search(query: "春节", locale: "zh", first: 5) {
    totalCount
    edges {
      node { headline slug }
      snippets { field html }
    }
  }
}
`;

const fetcher = GraphiQL.createFetcher({ url: window.location.pathname });
const options = {
  fetcher,
  defaultTabs: [LATEST, CHINESE, SEARCH].map((query) => ({ query })),
  defaultQuery: "# Press Ctrl-Space for what can be asked here.\n\n",
  defaultEditorToolsVisibility: "headers",
};
ReactDOM.render(React.createElement(GraphiQL, options), document.getElementById("graphiql"));
